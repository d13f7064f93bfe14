local ffi, band = require("ffi"), require("bit").band
ffi.cdef("int toupper(int c);")
local C = ffi.C
local sum = 0
for i = 0, 200000000 - 1 do sum = sum + C.toupper(band(i, 127)) end
print(string.format("%d", sum))
