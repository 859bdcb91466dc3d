"""Workbooks and presentations: sheets, cells, slides and notes."""

import datetime

import openpyxl
import pptx
import pytest
from pptx.util import Inches

from kotogura.documents import formats
from kotogura.documents.extracted import section_at
from kotogura.documents.limits import Budget
from kotogura.errors import DocumentTooLarge, DocumentTooSlow, EmptyDocument
from tests.unit.documents.makers import excel, powerpoint, saved


def read(data, name, budget=None):
    return formats.read(data, formats.format_of(name), name, budget)[0]


def test_each_sheet_is_a_section_and_each_row_a_line():
    data = excel({"社員": [["氏名", "部署"], ["港花子", "総務"]], "空": [], "休暇": [["十日"]]})
    found = read(data, "台帳.xlsx")
    assert found.title == "台帳"
    assert found.body == "氏名\t部署\n港花子\t総務\n十日"
    assert [section.heading for section in found.sections] == ["社員", "休暇"]
    assert section_at(found.sections, found.body.index("十日")).heading == "休暇"


def test_cells_are_read_as_people_see_them():
    day = datetime.datetime(2026, 4, 1)  # noqa: DTZ001
    row = ["品名", 12, 2.5, True, day, day.replace(hour=9), None, "複数\n行"]
    found = read(excel({"表": [row]}), "a.xlsx")
    assert found.body == "品名\t12\t2.5\tTRUE\t2026-04-01\t2026-04-01 09:00\t\t複数 行"


def test_a_workbooks_title_is_its_property():
    assert read(excel({"表": [["一"]]}, title="価格表"), "a.xlsx").title == "価格表"


def test_a_sheet_of_far_away_cells_ends_by_its_steps():
    workbook = openpyxl.Workbook()
    for number in range(1, 40):
        workbook.active.cell(number * 1_000, 16_384, "遠")
    data = saved(workbook)
    with pytest.raises(DocumentTooLarge, match="cells"):
        read(data, "a.xlsx", Budget(steps=100_000))


def test_a_long_sheet_ends_by_the_time():
    clock = iter(range(1_000_000)).__next__
    data = excel({"表": [["文"]] * 5_000})
    with pytest.raises(DocumentTooSlow):
        read(data, "a.xlsx", Budget(seconds=10, clock=clock))


def test_each_slide_is_a_section_with_its_title_and_page():
    found = read(
        powerpoint(("事業計画", "売上を伸ばす", "ここで間を置く"), ("課題", "人手が足りない", "")),
        "計画.pptx",
    )
    assert found.title == "事業計画"
    assert found.body == "事業計画\n売上を伸ばす\nここで間を置く\n課題\n人手が足りない"
    assert [(one.heading, one.page) for one in found.sections] == [("事業計画", 1), ("課題", 2)]


def test_a_slides_table_and_groups_are_read():
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    inches = [Inches(one) for one in (1, 1, 4, 1)]
    table = slide.shapes.add_table(1, 2, *inches).table
    table.cell(0, 0).text, table.cell(0, 1).text = "左", "右"
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(*inches).text_frame.text = "組の中"
    assert read(saved(presentation), "図.pptx").body == "左\t右\n組の中"


def test_files_without_text_hold_none():
    assert read(excel({"空": []}), "a.xlsx").body == ""
    with pytest.raises(EmptyDocument, match="no text"):
        _extract("a.pptx", saved(pptx.Presentation()))


def _extract(name, data):
    from tests.unit.documents.test_extraction import extract, named  # noqa: PLC0415

    return extract(named(name), data)
