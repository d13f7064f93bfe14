local SIZE = 13
local function is_free(columns, row, column)
  for r = 0, row - 1 do
    local c = columns[r]
    if c == column or c - column == row - r or column - c == row - r then return false end
  end
  return true
end
local function place(columns, row)
  if row == SIZE then return 1 end
  local solutions = 0
  for column = 0, SIZE - 1 do
    if is_free(columns, row, column) then
      columns[row] = column
      solutions = solutions + place(columns, row + 1)
    end
  end
  return solutions
end
local columns = {}
for r = 0, SIZE - 1 do columns[r] = 0 end
print(place(columns, 0))
