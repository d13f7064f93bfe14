local floor, max = math.floor, math.max
local function texts(count)
  local texts, n = {}, 42
  for i = 1, count do
    n = (n * 1664525 + 1013904223) % 4294967296
    texts[i] = "word" .. floor(n / 256) % 100000
  end
  return texts
end
local function count(texts)
  local counts, different, most = {}, 0, 0
  for i = 1, #texts do counts[texts[i]] = (counts[texts[i]] or 0) + 1 end
  for _, n in pairs(counts) do
    different = different + 1
    most = max(most, n)
  end
  return different, most
end
local all = texts(500000)
local different, most = 0, 0
for _ = 1, 10 do
  local d, m = count(all)
  different, most = different + d, most + m
end
print(different .. " " .. most)
