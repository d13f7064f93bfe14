-- The Mandelbrot set on 500 * 500 places, its bytes exclusive-ored, ten times, as in Are We Fast Yet.
local bit = bit or bit32
local bxor, lshift = bit.bxor, bit.lshift
local function mandelbrot(size)
  local sum, byte, bits = 0, 0, 0
  for y = 0, size - 1 do
    local ci = 2.0 * y / size - 1.0
    for x = 0, size - 1 do
      local cr = 2.0 * x / size - 1.5
      local zi, zr2, zi2, escaped = 0.0, 0.0, 0.0, 0
      for _ = 1, 50 do
        local zr = zr2 - zi2 + cr
        zi = 2.0 * zr * zi + ci
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0 then
          escaped = 1
          break
        end
      end
      byte = byte * 2 + escaped
      bits = bits + 1
      if bits == 8 or x == size - 1 then
        sum = bxor(sum, lshift(byte, 8 - bits))
        byte, bits = 0, 0
      end
    end
  end
  return sum
end
local total = 0
for _ = 1, 10 do
  local sum = mandelbrot(500)
  assert(sum == 191, "wrong result")
  total = total + sum
end
print(total)
