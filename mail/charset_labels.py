"""Charset labels as they are written in mail, and the codec each means.

Only what stands here is ever handed to Python: `hex`, `punycode` or `unicode_escape` are codecs
too. `ISO-8859-1` means Windows-1252, `Shift_JIS` CP932, `gb2312` GB18030, as in browsers.
"""

# Codec -> labels in lower case without `-`, `_` and blanks.
_ALIASES: dict[str, str] = {
    "utf-8": "utf8 unicode11utf8 utf8mb4 xutf8 unicode20utf8 utf cp65001 65001",
    "utf-7": "utf7 unicode11utf7 csunicode11utf7",
    "utf-16": "utf16 unicode ucs2 iso10646ucs2 csunicode",
    "utf-16-le": "utf16le unicodelittle",
    "utf-16-be": "utf16be unicodefffe unicodebig",
    "utf-32": "utf32 ucs4 iso10646ucs4",
    "utf-32-le": "utf32le",
    "utf-32-be": "utf32be",
    "ascii": (
        "usascii ascii us ansix3.41968 iso646us cp367 7bit 8bit default unknown8bit unknown "
        "xunknown none iso646"
    ),
    "iso-2022-jp": (
        "iso2022jp iso2022jpms iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpext "
        "cp50220 cp50221 cp50222 50220 50221 50222 jis xjis csiso2022jp csiso2022jp2 jis7 "
        "jis8 jisencoding csjisencoding xwindows50220 xwindows50221 windows50221 windows50220 "
        "cp50220raw xwindowsiso2022jp iso2022jpmobile iso2022jpkddi jisautodetect"
    ),
    "cp932": (
        "shiftjis sjis xsjis windows31j cswindows31j cp932 ms932 mskanji windows932 ibm943 "
        "cp943 cp943c ibm932 csshiftjis shiftjisx0213win 932 xmscp932 sjiswin sjisopen pck "
        "xpck sjismobile xshiftjis shiftjiswin shifjis shitjis xmssjis"
    ),
    "shift_jis_2004": "shiftjis2004 shiftjisx0213 sjis2004 shiftjisx02132004",
    "euc-jp": (
        "eucjp xeuc xeucjp eucjpms eucjpwin cp51932 51932 ujis eucjpopen cseucpkdfmtjapanese "
        "euc eucjpascii eucjp2004 eucjisx0213 eucjis2004 "
        "extendedunixcodepackedformatforjapanese windows51932 cp20932"
    ),
    "gb18030": (
        "gb2312 gbk cp936 936 gb18030 euccn xgbk chinese xeuccn gb231280 csgb2312 windows936 "
        "ms936 gb"
    ),
    "hz": "hzgb2312 hz",
    "big5hkscs": "big5hkscs big5hk",
    "cp950": "big5 cp950 950 ms950 csbig5 xxbig5 big5eten windows950 chinesebig5",
    "cp949": (
        "euckr ksc56011987 ksc5601 kscc5601 cp949 949 uhc windows949 ksx1001 ksc56011989 "
        "korean cseuckr ks"
    ),
    "iso2022_kr": "iso2022kr csiso2022kr",
    "johab": "johab cp1361",
    "cp1252": (
        "iso88591 latin1 windows1252 cp1252 1252 l1 iso8859 xansi ansi windowscp1252 "
        "iso885911987 cp819 ibm819 88591 win1252 westerneuropean latin csisolatin1 "
        "iso8859windows isolatin1 xcp1252 xwindows1252 windows"
    ),
    "iso8859-2": "iso88592 latin2 l2 csisolatin2",
    "iso8859-3": "iso88593 latin3 l3",
    "iso8859-4": "iso88594 latin4 l4",
    "iso8859-5": "iso88595 cyrillic",
    "iso8859-6": "iso88596 arabic iso88596i iso88596e",
    "iso8859-7": "iso88597 greek",
    "iso8859-8": "iso88598 iso88598i hebrew iso88598e logical visual",
    "cp1254": "iso88599 latin5 l5 windows1254 cp1254 1254",
    "iso8859-10": "iso885910 latin6 l6",
    "cp874": "iso885911 tis620 windows874 cp874 874",
    "iso8859-13": "iso885913 latin7",
    "iso8859-14": "iso885914 latin8",
    "iso8859-15": "iso885915 latin9 latin0 l9",
    "iso8859-16": "iso885916 latin10",
    "koi8-r": "koi8r koi8 koi cskoi8r",
    "koi8-u": "koi8u koi8ru",
    "mac-roman": "macintosh macroman xmacroman mac xmac",
    "mac-cyrillic": "xmaccyrillic maccyrillic xmacukrainian",
    "mac-latin2": "xmacce macce",
}
_CODE_PAGES = (
    "437 737 775 850 852 855 857 858 860 861 862 863 864 865 866 869 1250 1251 1253 1255 1256 "
    "1257 1258"
)

CODECS: dict[str, str] = {
    alias: codec for codec, aliases in _ALIASES.items() for alias in aliases.split()
} | {
    prefix + number: f"cp{number}"
    for number in _CODE_PAGES.split()
    for prefix in ("cp", "ibm", "windows", "win", "dos", "xcp", "", "cspc")
}
