const SIZE = 13
function is_free(columns, row, column) {
  for (let r = 0; r < row; r++) {
    const c = columns[r]
    if (c === column || c - column === row - r || column - c === row - r) return false
  }
  return true
}
function place(columns, row) {
  if (row === SIZE) return 1
  let solutions = 0
  for (let column = 0; column < SIZE; column++) {
    if (is_free(columns, row, column)) {
      columns[row] = column
      solutions += place(columns, row + 1)
    }
  }
  return solutions
}
console.log(place(new Array(SIZE).fill(0), 0))
