// The bitmap of the Mandelbrot set of 2000 × 2000 points, 50 iterations each, as in the Computer Language Benchmarks Game; of it a checksum (FNV-1a).
function inside(cr, ci) {
  let zr = 0, zi = 0, tr = 0, ti = 0
  for (let i = 0; i < 50; i++) {
    zi = 2 * zr * zi + ci
    zr = tr - ti + cr
    tr = zr * zr
    ti = zi * zi
    if (tr + ti > 4) return false
  }
  return true
}
function row(y, size, bytes) {
  const ci = 2 * y / size - 1
  for (let i = 0; i < bytes.length; i++) {
    let bits = 0
    for (let x = i * 8; x < i * 8 + 8; x++) {
      bits <<= 1
      if (x < size && inside(2 * x / size - 1.5, ci)) bits |= 1
    }
    bytes[i] = bits
  }
}
function checksum(bytes, hash) {
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 16777619)
  return hash
}
const size = 2000
const bytes = new Uint8Array((size + 7) >> 3)
let hash = 2166136261 | 0
for (let y = 0; y < size; y++) {
  row(y, size, bytes)
  hash = checksum(bytes, hash)
}
console.log(`P4\n${size} ${size}\n${(hash >>> 0).toString(16).padStart(8, "0")}`)
