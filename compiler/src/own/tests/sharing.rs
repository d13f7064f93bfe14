//! What sharing costs in typical programs: blocks that were copied because a shared one was written.

use crate::testing::{compile, drops, run};

/// Runs a program; gives how many blocks were split.
fn splits(source: &str) -> u64 {
    let compiled = compile(source);
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    let ran = run(&compiled);
    assert!(ran.outcome.error.is_none(), "{:?}", ran.outcome.error);
    assert_eq!(ran.leaked, 0, "blocks leaked:\n{}", drops(&compiled));
    ran.outcome.stats.splits
}

const GROW: &str = "fn grow(old: [i64], n: i64) -> [i64] { var xs = old\n xs.push(n)\n xs }\n";

#[test]
fn pushing_in_a_loop() {
    let text = "var xs: [i64] = []\nfor i in 0..100 { xs.push(i) }\nprint(xs.len())\n";
    assert_eq!(splits(text), 0);
    let text = "fn f() -> [i64] { var xs: [i64] = []\n for i in 0..100 { xs.push(i) }\n xs }\nprint(f().len())\n";
    assert_eq!(splits(text), 0);
}

#[test]
fn sorting_in_place() {
    let text = "var xs = [3, 1, 2]\nxs.push(0)\nxs.sort()\nxs.reverse()\nxs.sort_by(|a, b| a < b)\nprint(xs)\n";
    assert!(splits(text) <= 1, "the literal is a constant, split once");
}

#[test]
fn writing_into_a_grid() {
    let text = "var grid = [[0; 4]; 4]\n\
        for y in 0..4 { for x in 0..4 { grid[y][x] = x * y } }\n\
        print(grid)\n";
    // The rows begin as one block, which each row but the last leaves.
    assert_eq!(splits(text), 3);
}

#[test]
fn a_snapshot_splits_once() {
    let text = "var xs = [0; 8]\nlet saved = xs\nfor i in 0..8 { xs[i] = i }\nprint(xs, saved)\n";
    assert_eq!(splits(text), 1);
}

#[test]
fn globals_go_through_functions_in_place() {
    let text = format!(
        "{GROW}fn twice(n: i64) -> i64 = n * 2\n\
         var xs = [0; 2]\n\
         for i in 0..20 {{ xs = grow(xs, i) }}\n\
         for i in 0..20 {{ xs = grow(grow(xs, i), twice(i)) }}\n\
         xs = grow(xs, xs.len())\n\
         print(xs.len())\n"
    );
    assert_eq!(splits(&text), 0);
}

#[test]
fn fields_and_elements_go_through_functions_in_place() {
    let text = format!(
        "{GROW}struct World {{ cells: [i64], rows: [[i64]], n: i64 = 0 }}\n\
         impl World {{\n\
             fn step(mut self) {{ self.n += 1\n self.cells = grow(self.cells, self.n) }}\n\
             fn widen(mut self, i: i64) {{ self.rows[i] = grow(self.rows[i], self.n) }}\n\
         }}\n\
         fn run() -> World {{\n\
             var w = World([0; 1], rows: [[0; 1], [1; 1]])\n\
             for i in 0..20 {{ w.step()\n w.widen(i % 2)\n w.cells = grow(w.cells, i) }}\n\
             w\n\
         }}\n\
         print(run().cells.len())\n"
    );
    assert_eq!(splits(&text), 0);
}

#[test]
fn a_place_that_is_read_meanwhile_stays() {
    let text = "var xs = [1; 2]\n\
        fn grow(old: [i64]) -> [i64] { var ys = old\n ys.push(xs.len())\n ys }\n\
        xs = grow(xs)\n\
        xs = grow(xs)\n\
        print(xs)\n";
    assert_eq!(splits(text), 2);
}

#[test]
fn projections_read_without_opening() {
    let text = "struct Grid { w: i64, cells: [i64] }\n\
        impl Grid { fn at(mut self, x: i64, y: i64) -> mut i64 = self.cells[y * self.w + x] }\n\
        var grid = Grid(2, cells: [0; 4])\n\
        let saved = grid\n\
        print(grid.at(0, 1), saved.at(1, 1))\n";
    assert_eq!(splits(text), 0);
}
