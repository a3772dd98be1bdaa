"""Whether a finished workbook can be used by everybody: the rules for public spreadsheets, looked up in the file.

The rules are those of the Government Analysis Function for spreadsheets that meet the accessibility regulations; it
calls some of them essential. They are looked up in the parts of the written file, never in what the writer meant to
write. One of them, the spelling (XA-28), is about our own words and is held by a test of those.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from m365audit.excel.reading import Parts, Sheet, open_parts
from m365audit.report.accessible import files, looks, tables
from m365audit.report.accessible.files import Glance


class Weight(StrEnum):
    """What the guidance calls a rule."""

    ESSENTIAL = "essential"
    ADVISED = "advised"


ESSENTIAL, ADVISED = Weight


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a workbook breaks a rule. ``sheet`` is empty where the whole file is meant."""

    rule: str
    sheet: str
    what: str


@dataclass(frozen=True, slots=True)
class SheetRule:
    """A rule about each sheet: its number, its words, its weight, and what names each breach of it."""

    number: str
    says: str
    weight: Weight
    breaches: Callable[[Sheet], Iterator[str]]


@dataclass(frozen=True, slots=True)
class FileRule:
    """A rule about the whole file, which the sheets have been glanced at for."""

    number: str
    says: str
    weight: Weight
    breaches: Callable[[Parts, tuple[Glance, ...]], Iterator[str]]


Rule = SheetRule | FileRule

PUBLISHED: tuple[Rule, ...] = (
    SheetRule("XA-01", "every table is marked up as one", ESSENTIAL, tables.marked_up),
    FileRule("XA-02", "every table has a name of its own that means something", ADVISED, files.table_names),
    SheetRule("XA-03", "no cells are merged and no tables overlap", ESSENTIAL, tables.nothing_merged),
    SheetRule("XA-04", "no row or column of a table is empty", ESSENTIAL, tables.no_empty_lines),
    SheetRule("XA-05", "every column has one header of its own", ESSENTIAL, tables.headers_named),
    SheetRule("XA-06", "all text wraps in columns of readable width", ESSENTIAL, tables.text_wraps),
    SheetRule("XA-07", "there are no filters and no frozen panes", ADVISED, tables.no_filters),
    SheetRule("XA-08", "cells left blank are explained", ESSENTIAL, tables.blanks_explained),
    SheetRule("XA-09", "nothing is written as a sign that could be a word", ADVISED, tables.words_for_nothing),
    SheetRule("XA-10", "nothing is hidden", ADVISED, tables.nothing_hidden),
    FileRule("XA-11", "every note has a marker in words and is explained", ESSENTIAL, files.markers_explained),
    SheetRule("XA-12", "each sheet has a title tagged as a heading", ESSENTIAL, tables.titled),
    SheetRule("XA-13", "each sheet says what tables and notes it holds", ADVISED, tables.says_what_it_holds),
    SheetRule("XA-14", "letters are plain, upright and large enough", ADVISED, looks.easy_letters),
    SheetRule("XA-14", "letters have the reader's own colour", ADVISED, looks.own_colour),
    SheetRule("XA-15", "there are no coloured backgrounds, stripes or lines", ADVISED, looks.nothing_behind),
    SheetRule("XA-16", "colour never stands alone, and letters stand out from it", ESSENTIAL, looks.colour_and_word),
    FileRule("XA-17", "there are no headers, footers or boxes", ESSENTIAL, files.no_boxes),
    FileRule("XA-18", "every picture and chart is described", ESSENTIAL, files.pictures_told),
    FileRule("XA-18", "there are no pictures and no charts", ADVISED, files.no_pictures),
    FileRule("XA-19", "there are no macros, formulas or links to other files", ADVISED, files.no_machinery),
    FileRule("XA-20", "every sheet has a name of its own that means something", ESSENTIAL, files.sheet_names),
    SheetRule("XA-21", "nothing stands beside or below a table", ESSENTIAL, tables.nothing_besides),
    SheetRule("XA-22", "no sheet has a second table", ADVISED, tables.no_second_table),
    FileRule("XA-23", "a table of contents leads to every sheet", ADVISED, files.contents_lead_everywhere),
    SheetRule("XA-24", "links say where they lead", ESSENTIAL, tables.links_described),
    FileRule("XA-25", "the document has a title, an author, a language and keywords", ESSENTIAL, files.described),
    FileRule("XA-26", "it opens at the first cell of its first sheet", ESSENTIAL, files.opens_at_the_start),
    SheetRule("XA-27", "dates are shown so that nobody can misread them", ADVISED, looks.dates_told),
    SheetRule("XA-27", "dates and ranges in texts are written in words", ADVISED, looks.ranges_in_words),
    SheetRule("XA-29", "every choice says what to do", ADVISED, tables.choices_explained),
    FileRule("XA-30", "nothing is protected", ADVISED, files.unprotected),
    SheetRule("XA-31", "no table is wider than can be read", ADVISED, tables.not_too_wide),
    SheetRule("XA-32", "numbers stand right with commas, and text left", ADVISED, looks.aligned),
)
"""Every rule, in the order of their numbers: what a workbook keeps that may be published."""

_FOR_DAILY_WORK = frozenset(
    {
        "there are no filters and no frozen panes",
        "letters have the reader's own colour",
        "there are no coloured backgrounds, stripes or lines",
        "there are no pictures and no charts",
        "dates and ranges in texts are written in words",  # Names and texts stand there as the council wrote them.
        "numbers stand right with commas, and text left",  # A word in place of a number keeps its place.
    }
)

WORKING: tuple[Rule, ...] = tuple(rule for rule in PUBLISHED if rule.says not in _FOR_DAILY_WORK)
"""What a workbook for daily work keeps: the essential rules, and the others that do not stand in the way of it."""


def faults(path: Path, rules: tuple[Rule, ...]) -> tuple[Fault, ...]:
    """Every breach of some rules in a workbook, in the order of the rules; none where everybody can use it.

    The file is read once, a sheet at a time.

    Raises:
        OSError, zipfile.BadZipFile: it cannot be read, or is no workbook that can be read without a password.
    """
    found: list[tuple[Rule, Fault]] = []
    glances = []
    parts = open_parts(path)
    with parts.archive:
        for sheet in parts.sheets():
            glances.append(files.glance(sheet))
            for rule in rules:
                if isinstance(rule, SheetRule):
                    found += [(rule, Fault(rule.says, sheet.title, what)) for what in rule.breaches(sheet)]
        for rule in rules:
            if isinstance(rule, FileRule):
                found += [(rule, Fault(rule.says, "", what)) for what in rule.breaches(parts, tuple(glances))]
    found.sort(key=lambda one: rules.index(one[0]))
    return tuple(fault for _, fault in found)
