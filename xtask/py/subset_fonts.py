"""Cuts Be Vietnam Pro down to what Vietnamese and English need, one woff2 a weight.

fontsource ships the family in slices by Unicode range, so each character is taken from the first slice that has it and
the slices are merged again. Hinting is dropped: at the sizes used here every current rasteriser ignores it.

Usage: subset_fonts.py SOURCE_DIR TARGET_DIR
"""

import itertools
import sys
import tempfile
import unicodedata
from pathlib import Path

from fontTools import merge, subset
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

WEIGHTS = (400, 600, 700)
SLICES = ("latin", "latin-ext", "vietnamese")

ASCII = {chr(code) for code in range(0x20, 0x7F)}
VOWELS = "aăâeêioôơuưy"
# No tone, grave, hook above, tilde, acute, dot below.
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VIETNAMESE = {"đ", "Đ"} | {
    unicodedata.normalize("NFC", letter + tone)
    for vowel, tone in itertools.product(VOWELS, TONES)
    for letter in (vowel, vowel.upper())
}
# Decomposed text is rare but legal: the combining marks keep it readable.
MARKS = {tone for tone in TONES if tone}
# The family as published has no ≤ ≥ ← → ✓: pages draw those as SVG or leave them to the fallback font.
PUNCTUATION = set("\u00a0–—…“”‘’«»·•×±−§°©²³½₫€")


def wanted():
    """Characters that every weight must have."""
    return ASCII | VIETNAMESE | MARKS | PUNCTUATION


def cut(source, characters, target):
    """Writes the glyphs of `characters` from `source` to the TrueType file `target`."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    font.flavor = None
    font.save(target)


def add_tabular_digits(font):
    """Gives `font` the feature `tnum`, which the family lacks: every digit centred in the width of the widest."""
    digits = [font.getBestCmap()[ord(digit)] for digit in "0123456789"]
    widest = max(font["hmtx"][digit][0] for digit in digits)
    for digit in digits:
        width, bearing = font["hmtx"][digit]
        shift = round((widest - width) / 2)
        pen = TTGlyphPen(font.getGlyphSet())
        pen.addComponent(digit, (1, 0, 0, 1, shift, 0))
        name = f"{digit}.tnum"
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (widest, bearing + shift)
    font["maxp"].numGlyphs = len(font.getGlyphOrder())
    substitutions = " ".join(f"sub {digit} by {digit}.tnum;" for digit in digits)
    addOpenTypeFeaturesFromString(font, f"feature tnum {{ {substitutions} }} tnum;", tables=["GSUB"])


def build(source, target, weight):
    """Makes one weight and returns its path."""
    missing = wanted()
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for name in SLICES:
            file = source / f"be-vietnam-pro-{name}-{weight}-normal.woff2"
            has = missing & {chr(code) for code in TTFont(file).getBestCmap()}
            if has:
                part = Path(folder) / f"{name}.ttf"
                cut(file, has, part)
                parts.append(str(part))
                missing -= has
        if missing:
            listed = " ".join(f"U+{ord(character):04X}" for character in sorted(missing))
            sys.exit(f"weight {weight}: no slice of the family has {listed}")
        options = merge.Options()
        font = merge.Merger(options).merge(parts)
        add_tabular_digits(font)
        # With the time of the build in it, every run would make another file.
        published = TTFont(source / f"be-vietnam-pro-{SLICES[0]}-{weight}-normal.woff2")["head"]
        font["head"].created, font["head"].modified = published.created, published.modified
        font.recalcTimestamp = False
        font.flavor = "woff2"
        path = target / f"be-vietnam-pro-{weight}.woff2"
        font.save(path)
    covered = {chr(code) for code in TTFont(path).getBestCmap()}
    if wanted() - covered:
        sys.exit(f"weight {weight}: {len(wanted() - covered)} characters were lost in merging")
    return path


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        path = build(source, target, weight)
        print(f"{path.name}: {path.stat().st_size} bytes, {len(wanted())} characters")


if __name__ == "__main__":
    main()
