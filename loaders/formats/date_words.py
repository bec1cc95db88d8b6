"""How timestamps are written in the locales of the world, as one pattern."""

BLANK = "[ \u00a0\u202f]"  # also those that don't break, which Windows has put into times since 2023

# Words for before and after noon, as patterns; those of other scripts may have been read as if they were cp1252.
FORENOON, AFTERNOON = (rf"{letter}\.?{BLANK}?m\.?" for letter in "ap")
BY_ENCODING = {"cp949": ("오전", "오후"), "gbk": ("上午", "下午"), "cp1253": ("πμ", "μμ")}
GREEK = (rf"π\.{BLANK}?μ\.", rf"μ\.{BLANK}?μ\.")
VIETNAMESE = ("SA", "CH")  # only behind the hour: before it Sa may be a Saturday


def _garbled(word: str, encoding: str) -> str:
    return word.encode(encoding).decode("cp1252", errors="replace")


def half_of_day(place: int) -> str:
    """The words for a half of the day that stand on either side of the hour."""
    words = [words[place] for words in BY_ENCODING.values()]
    garbled = [_garbled(words[place], encoding) for encoding, words in BY_ENCODING.items()]
    return "|".join([(FORENOON, AFTERNOON)[place], GREEK[place], *words, *garbled])


HALF = f"(?i:{half_of_day(0)}|{half_of_day(1)})"
STAMP = (
    rf"^\s*(?P<first>\d{{1,4}})(?P<mark>[./-]){BLANK}?(?P<second>\d{{1,2}})[./-]{BLANK}?(?P<third>\d{{1,4}})"
    r"\.?[ T,;\x{a0}\x{202f}]+"
    rf"(?:[^\s\d\x{{a0}}\x{{202f}}]+(?:,|{BLANK})+)??"  # a weekday, unless it is a word for the half of the day
    rf"(?:(?P<half_before>{HALF}){BLANK}*)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<whole>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    rf"(?:{BLANK}*(?P<half_after>{HALF}|(?i:{'|'.join(VIETNAMESE)})))?"
    rf"{BLANK}*(?P<zone>Z|[+-]\d\d:?\d\d)?\s*$"
)
