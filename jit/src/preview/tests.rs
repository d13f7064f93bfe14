//! What is seen of values at a glance, and parts of them: of the last expression of a sheet.

use std::ops::Range;

use expect_test::{Expect, expect};

use super::{LOOKED_AT, PAGE, PARTS, ROWS};
use crate::config::Config;
use crate::report::{Page, Preview};
use crate::sheet::Sheet;

fn sheet(text: &str) -> Sheet {
    let mut sheet = Sheet::new(Config {
        optimize: false,
        ..Config::trusted()
    })
    .expect("a sheet");
    sheet.edit("sheet.sumi", text);
    sheet
}

fn preview(text: &str) -> Option<Preview> {
    let sheet = sheet(text);
    let report = sheet.report();
    let last = report.cells.last().expect("a cell");
    assert!(
        last.error.is_none() && last.problems.is_empty(),
        "{text}: {last:?}"
    );
    let value = last.value.as_ref().expect("a value");
    let preview = value.preview.as_deref().cloned();
    assert_eq!(sheet.close(), 0);
    preview
}

fn page(text: &str, wanted: Range<usize>) -> Option<Page> {
    let mut sheet = sheet(text);
    let id = sheet.report().cells.last().expect("a cell").id;
    let page = sheet.page(id, "", wanted, &|| true);
    assert_eq!(sheet.close(), 0);
    page
}

/// The preview as it is.
#[track_caller]
fn check(text: &str, expected: &Expect) {
    let shown = match preview(text) {
        None => "nothing".to_owned(),
        Some(Preview::Numbers { len, parts }) => format!("{len} numbers: {parts:?}"),
        Some(Preview::Table { len, columns, rows }) => {
            format!("{len} rows of {columns:?}: {rows:?}")
        }
    };
    expected.assert_eq(&shown);
}

/// Bounds of the parts of an array of numbers, and how many there are of those.
#[track_caller]
fn numbers(text: &str) -> (usize, Vec<Option<[f64; 2]>>) {
    match preview(text) {
        Some(Preview::Numbers { len, parts }) => (len, parts),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn numbers_of_every_kind_have_a_curve() {
    check(
        "[1, 2, -3]",
        &expect!["3 numbers: [Some([1.0, 1.0]), Some([2.0, 2.0]), Some([-3.0, -3.0])]"],
    );
    check(
        "[0.5, 1.5, 2.5]",
        &expect!["3 numbers: [Some([0.5, 0.5]), Some([1.5, 1.5]), Some([2.5, 2.5])]"],
    );
    check(
        "[u8(1), 2, 255]",
        &expect!["3 numbers: [Some([1.0, 1.0]), Some([2.0, 2.0]), Some([255.0, 255.0])]"],
    );
    check(
        "[i64.min, 0, i64.max]",
        &expect![
            "3 numbers: [Some([-9.223372036854776e18, -9.223372036854776e18]), Some([0.0, 0.0]), Some([9.223372036854776e18, 9.223372036854776e18])]"
        ],
    );
    check(
        "let a: [f32; 3] = [1, 2, 3]\na",
        &expect!["3 numbers: [Some([1.0, 1.0]), Some([2.0, 2.0]), Some([3.0, 3.0])]"],
    );
}

#[test]
fn few_numbers_and_other_things_have_none() {
    for text in [
        "[1, 2]",
        "let a: [i64] = []\na",
        "42",
        "[true, false, true]",
        "\"text\"",
        "['a', 'b', 'c']",
        "(1, 2, 3)",
    ] {
        assert_eq!(preview(text), None, "{text}");
    }
}

#[test]
fn what_is_no_number_is_left_out() {
    check(
        "import math\n[math.nan, 1.0, math.nan]",
        &expect!["3 numbers: [None, Some([1.0, 1.0]), None]"],
    );
    check(
        "import math\n[math.inf, 1.0, -math.inf, 2.0]",
        &expect!["4 numbers: [None, Some([1.0, 1.0]), None, Some([2.0, 2.0])]"],
    );
    check(
        "import math\n[math.nan, math.inf, -math.inf]",
        &expect!["3 numbers: [None, None, None]"],
    );
    // In a part of several numbers the others count.
    let (_, parts) =
        numbers("import math\n(0..1024).map(|i| if i % 2 == 0 { math.nan } else { f64(i) })");
    assert_eq!((parts[0], parts[511]), (Some([1.0; 2]), Some([1023.0; 2])));
}

#[test]
fn as_many_numbers_as_there_are_parts_are_all_told() {
    let (len, parts) = numbers("(0..512).map(|i| i)");
    let expected = (0..PARTS).map(|at| Some([at as f64; 2]));
    assert_eq!((len, parts), (PARTS, expected.collect()));
    // One more: parts are as long as each other, and no number is left out.
    let (len, parts) = numbers("(0..513).map(|i| i)");
    assert_eq!((len, parts.len()), (513, PARTS));
    let mut next = 0.0;
    for [least, most] in parts.into_iter().map(|part| part.expect("numbers")) {
        assert!(least == next && (1.0..=2.0).contains(&(most + 1.0 - least)));
        next = most + 1.0;
    }
    assert_eq!(next, 513.0);
}

#[test]
fn each_part_has_its_least_and_its_greatest_number() {
    let (len, parts) = numbers("(0..51_200).map(|i| if i == 7_777 { 1_000_000 } else { i % 100 })");
    assert_eq!(len, 51_200);
    for (at, part) in parts.into_iter().enumerate() {
        let most = if at == 77 { 1_000_000.0 } else { 99.0 };
        assert_eq!(part, Some([0.0, most]), "{at}");
    }
}

#[test]
fn of_a_huge_array_some_numbers_are_looked_at_in_every_part() {
    let len = PARTS * LOOKED_AT * 8;
    let (count, parts) = numbers(&format!("(0..{len}).map(|i| i)"));
    assert_eq!(count, len);
    for (at, part) in parts.into_iter().enumerate() {
        let (begin, step) = (at * LOOKED_AT * 8, 8);
        let last = begin + (LOOKED_AT - 1) * step;
        assert_eq!(part, Some([begin as f64, last as f64]), "{at}");
    }
}

#[test]
fn structs_tuples_and_maps_have_a_table() {
    let point = "struct P { x: i64, name: str }\n";
    check(
        &format!("{point}[P(1, \"a\"), P(-2, \"b, c\")]"),
        &expect![[r#"2 rows of ["x", "name"]: [["1", "\"a\""], ["-2", "\"b, c\""]]"#]],
    );
    check(
        "[(1, 2.5), (3, 4.5)]",
        &expect![[r#"2 rows of ["0", "1"]: [["1", "2.5"], ["3", "4.5"]]"#]],
    );
    check(
        "[\"a\": 1, \"b\": 2]",
        &expect![[r#"2 rows of ["key", "value"]: [["\"a\"", "1"], ["\"b\"", "2"]]"#]],
    );
    // What has parts shows them in short.
    check(
        "[(1, [1, 2]), (2, [])]",
        &expect![[r#"2 rows of ["0", "1"]: [["1", "[1, 2]"], ["2", "[]"]]"#]],
    );
}

#[test]
fn one_row_and_rows_without_parts_have_no_table() {
    let own = "struct P { x: i64 }\nimpl Show for P { fn show(self) -> str = \"P\" }\n";
    for text in [
        "[(1, 2)]",
        "[1: 2]",
        "[\"a\", \"b\"]",
        &format!("{own}[P(1), P(2)]"),
        "[[1, 2], [3, 4]]",
    ] {
        assert_eq!(preview(text), None, "{text}");
    }
}

#[test]
fn a_long_table_begins_with_its_first_rows() {
    let Some(Preview::Table { len, columns, rows }) =
        preview("(0..100_000).map(|i| (i, \"x\".repeat(200)))")
    else {
        panic!("no table");
    };
    assert_eq!(
        (len, rows.len(), columns),
        (100_000, ROWS, vec!["0".to_owned(), "1".to_owned()])
    );
    assert_eq!(rows[99][0], "99");
    // Texts are cut.
    assert!(
        rows[99][1].starts_with("\"xxx") && rows[99][1].len() < 100,
        "{:?}",
        rows[99]
    );
}

#[test]
fn what_was_removed_from_a_map_is_no_row() {
    let text = "var m: [i64: i64] = [:]\nfor i in 0..6 { m[i] = i * i }\nm.remove(2)\nm";
    check(
        text,
        &expect![[
            r#"5 rows of ["key", "value"]: [["0", "0"], ["1", "1"], ["3", "9"], ["4", "16"], ["5", "25"]]"#
        ]],
    );
    let page = page(text, 2..4).expect("rows");
    assert_eq!((page.from, page.len), (2, 5));
    assert_eq!(page.rows, [["3", "9"], ["4", "16"]]);
}

#[test]
fn a_page_is_any_part() {
    let text = "(0..5_000).map(|i| i * 2)";
    let found = page(text, 4_998..6_000).expect("rows");
    assert_eq!((found.from, found.len), (4_998, 5_000));
    assert_eq!(found.rows, [["9996"], ["9998"]]);
    assert!(found.columns.is_empty());
    // At most so many at once, also where somebody asks for more than there are.
    assert_eq!(page(text, 0..usize::MAX).expect("rows").rows.len(), PAGE);
    let beyond = page(text, 9_000..usize::MAX).expect("rows");
    assert_eq!((beyond.from, beyond.rows.len()), (5_000, 0));
    assert!(page(text, 3_usize..3).expect("rows").rows.is_empty());
}

#[test]
fn a_page_of_a_text_has_its_lines() {
    let found = page("\"one\\ntwo\\nthree\"", 1..9).expect("lines");
    assert_eq!((found.from, found.len), (1, 3));
    assert_eq!(found.rows, [["two"], ["three"]]);
    assert_eq!(page("42", 0..9), None);
}

#[test]
fn what_is_in_an_any_is_seen() {
    let text = "trait Many { fn count(self) -> i64 }\nimpl Many for [i64] { fn count(self) -> i64 = self.len() }\nlet a: any Many = [1, 2, 3]\na";
    check(
        text,
        &expect!["3 numbers: [Some([1.0, 1.0]), Some([2.0, 2.0]), Some([3.0, 3.0])]"],
    );
    assert_eq!(page(text, 1..3).expect("rows").rows, [["2"], ["3"]]);
}
