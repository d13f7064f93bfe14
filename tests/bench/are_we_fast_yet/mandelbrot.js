// The Mandelbrot set on 500 * 500 places, its bytes exclusive-ored, ten times, as in Are We Fast Yet.
function mandelbrot(size) {
  let sum = 0, byte = 0, bits = 0
  for (let y = 0; y < size; y++) {
    const ci = 2.0 * y / size - 1.0
    for (let x = 0; x < size; x++) {
      const cr = 2.0 * x / size - 1.5
      let zi = 0.0, zr2 = 0.0, zi2 = 0.0, escaped = 0
      for (let z = 0; z < 50; z++) {
        const zr = zr2 - zi2 + cr
        zi = 2.0 * zr * zi + ci
        zr2 = zr * zr
        zi2 = zi * zi
        if (zr2 + zi2 > 4.0) {
          escaped = 1
          break
        }
      }
      byte = (byte << 1) | escaped
      bits++
      if (bits === 8 || x === size - 1) {
        sum ^= byte << (8 - bits)
        byte = 0
        bits = 0
      }
    }
  }
  return sum
}
let total = 0
for (let i = 0; i < 10; i++) {
  const sum = mandelbrot(500)
  if (sum !== 191) throw new Error(`wrong result: ${sum}`)
  total += sum
}
console.log(total)
