"""NRG's text files, written by hand: no writer stands between that could share the parsers' errors."""

SYMPHONIEPRO = """\
NRG Export Service
Software Version:\t1.0.0.1
Generated:\t2024-03-18 14:37:02

Export Parameters
Site Number:\t004310
Data Type:\tMeasurements
Start Date:\t
Filters Applied:\tFalse
Configuration: \n
Site Properties
Site Description:\tHill
Time Zone:\tUTC-5:00

Logger History
Date:\t2024-03-01 00:00:00
Model:\tSymphoniePRO Logger (8206)
Serial Number:\t820604310
Firmware:\t3.4.1

Sensor History
Channel:\t2
Effective Date:\t2023-03-17 00:00:00
Type:\tAnemometer
Description:\tNRG S1
Serial Number:\t1111
Height:\t85.00
Bearing:\t189.00
Scale Factor:\t0.09350
Offset:\t0.13900
Units:\tm/s

Channel:\t15
Effective Date:\t2023-03-17 00:00:00
Type:\tVane
Description:\t
Serial Number:\t
Height:\t
Bearing:\t
Scale Factor:\t144.00000
Offset:\t-1.46020
Total Direction Offset:\t343.54
Units:\tDeg

Channel:\t2
Effective Date:\t2024-03-01 12:00:00
Type:\tAnemometer
Description:\tNRG S1
Serial Number:\t2222
Height:\t85.00
Bearing:\t189.00
Scale Factor:\t0.09410
Offset:\t0.12100
Units:\tm/s

Data
Timestamp\tCh2_Anem_85.00m_S_Avg_m/s\tCh2_Anem_85.00m_S_SD_m/s\tCh2_Anem_85.00m_S_Gust_m/s\
\tCh15_Vane___GustDir_Deg\tCh108_Calculated___Avg_
2024-03-01 00:00:00\t5.5\t0.5\t7.5\t345.0\t1
2024-03-01 00:10:00\t5.6\t0.6\t7.6\t346.0\t1
"""

LOGR = """\
NRG Systems Data Logger
File Created On (UTC):\t2024-01-11T13:00:01Z
Model Number:\t9432
Serial Number:\t304
Created FW Version:\t1.09.14

Site Properties
Site:\tHill
Project:\tYea\t
Time Zone:\t-5

File Properties
File Schema Version:\t1

FTP FW Version:\t2.00.00

File Content:\tStatistics
Configuration Version:\t4
Statistical Interval (min):\t10

Sensor History
Channel:\t1
Description:\tNRG T60
Units:\tdeg_C
Serial Number:\t943200304
Scale Factor:\t44.743641
Offset:\t-40.855549
Height:\t0.00

Channel:\t12
Effective Date:\t2025-05-08  13:33:14
Description:\tNRG 200M
Units:\tDeg
Serial Number:\tV12
Scale Factor:\t147.910995
Offset:\t-1.460200
Height:\t58.00

Channel\t301
Description:\tAzimuth
Units:\tDegrees
Scale Factor:\t0.000000
Offset:\t-0.000000

Data
Timestamp\tCh1_Avg_deg_C\tCh1_Min_deg_C\tCh1_Max_deg_C\tCh1_SD_deg_C\tCh1_NotUsed\
\tCh12_Avg_Deg\tCh12_Min_Deg\tCh12_Max_Deg\tCh12_SD_Deg\tCh12_Gust_Dir_Deg\
\tCh301_Avg_Degrees\tCh301_Min_Degrees\tCh301_Max_Degrees\tCh301_SD_Degrees\tCh301_NotUsed
2024-01-11T13:00:00Z\t0.0000\t0.0000\t0.0000\tnan\t0.0000\t320.7\t0.0000\t0.0000\t47.3\t341.1\t85.8\t0.0000\t0.0000\t0.1\t0.0000
2024-01-11T13:10:00Z\t0.0000\t0.0000\t0.0000\t0.0000\t0.0000\t320.8\t0.0000\t0.0000\t47.4\t341.2\t85.9\t0.0000\t0.0000\t0.1\t0.0000
"""

LOG = LOGR.replace("Statistics", "Logs").partition("Sensor History")[0] + (
    "Data\n2024-01-11T13:00:01Z, 1704978001, ACTION, SRVEL_ACT_DLGR_CREATING_NEW_PACKAGE_FILE, New Package: 77.dat\n"
    "2024-01-11T13:39:29Z, 1704980369, ACTION, SRVEL_ACT_FTP_FILE_DATE_RANGE, Exporting date range\n\n"
)

SDR = """\
SDR\t6.01.02

-----Logger Information-----
Model #\t4280
Serial #\t00837
Hardware Rev.\t022-022-000

-----Site Information-----
Site #\t0004
Site Desc\tHill
Latitude\tN 038° 11.591'
Time offset (hrs)\t-4

-----Sensor Information-----

Channel #\t1
Type\t1
Description\tNRG #40 Anem, m/s
Details\t
Serial Number\tSN:3012
Height\t50   m
Scale Factor\t0.765
Offset\t0.35
Units\tm/s

Channel #\t2
Type\t4
Description\tBP-20
Details\tnorth
Serial Number\tSN:
Height\t187ft
Scale Factor\t.04255
Offset\t64.832
Units\tkPa

Channel #\t3
Type\t0
Description\tNo SCM Installed
Details\t
Serial Number\t--------
Height\t------
Scale Factor\t0
Offset\t0
Units\t-----

Date & Time Stamp\tCH1Avg\tCH1SD\tCH1Max\tCH1Min\tCH2Avg\tCH2SD\tCH2Max\tCH2Min\tCH3Avg\tCH3SD\tCH3Max\tCH3Min\tCH4Avg
07/31/2011 23:50:00\t5.5\t0.5\t7.5\t3.5\t98.1\t0.1\t98.2\t98.0\t0\t0\t0\t0\t1
08/01/2011 00:00:00\t5.6\t0.6\t7.6\t3.6\t98.1\t0.1\t98.2\t98.0\t0\t0\t0\t0\t1
"""

BASESTATION = """\
Read by,DR Version 10,1/10/06 10:07
Site,933,
Site Description,Hill,
Location Description,"Hill, SD, 57004",
Time Zone,0,
Units,English,
Logger Serial Number,933,
[Channel01],
Sensor Type,1
Description,NRG #40 Maximum Anemometer
S/N,None
Height,66
Scale Factor,1.711
Offset,0.78
Units,mph
[Channel02],
Sensor Type,4
S/N,V2
Height,60
Units,Degrees
[Channel03],
Sensor Type,6
Height,0
Units,Degrees F,,

Raw Header:,,,
33 09 33 09 FF FF ,,,
Time Stamp,Average Speed,Speed Standard Deviation,Average Direction
12/1/05 23:50,6.7,0.86,113
12/2/05 0:00,4.6,1.02,
"""
