"""What logger files come wrapped in: archives, compression, OpenPGP, told by content and unwrapped within limits."""
