local all, n = {}, 42
for i = 1, 300000 do
  n = (n * 1664525 + 1013904223) % 4294967296
  all[i] = "word" .. n
end
for _ = 1, 2 do
  local sorted = {}
  for i = 1, #all do sorted[i] = all[i] end
  table.sort(sorted)
  print(sorted[1] .. " " .. sorted[#sorted / 2 + 1] .. " " .. sorted[#sorted])
end
