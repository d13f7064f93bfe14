// 64 bones in a tree, 20 000 vertices of 4 weights, 1600 frames. All numbers but the sum are 32-bit floats: each result is rounded.
const f = Math.fround
const bones = 64, count = 20000
let seed = 42
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return Math.floor(seed / 65536) % 64
}
// A bone is three rows of four numbers.
const palette = new Float32Array(bones * 12), local = new Float32Array(12)
const at = new Float32Array(count * 3), of = new Int32Array(count * 4), out = new Float32Array(count * 3)
const weights = new Float32Array(count * 4)
function compose(to, from) {
  for (let row = 0; row < 12; row += 4) {
    const x = palette[from + row], y = palette[from + row + 1], z = palette[from + row + 2]
    for (let i = 0; i < 4; i++) {
      palette[to + row + i] = f(f(f(x * local[i]) + f(y * local[4 + i])) + f(z * local[8 + i]))
    }
    palette[to + row + 3] += palette[from + row + 3]
  }
}
function pose(frame) {
  for (let i = 0; i < bones; i++) {
    const s = f(((frame * 7 + i * 13) % 64 - 32) / 128), c = f(1 - f(s * s))
    local.set([c, -s, 0, 0.25, s, c, 0, 0.5, 0, 0, 1, s])
    if (i > 0) compose(i * 12, ((i - 1) >> 1) * 12)
    else palette.set(local)
  }
}
function dot(m, x, y, z) {
  return f(f(f(f(palette[m] * x) + f(palette[m + 1] * y)) + f(palette[m + 2] * z)) + palette[m + 3])
}
function skin() {
  for (let i = 0; i < count; i++) {
    const x = at[i * 3], y = at[i * 3 + 1], z = at[i * 3 + 2]
    let toX = f(0), toY = f(0), toZ = f(0)
    for (let k = i * 4; k < i * 4 + 4; k++) {
      const m = of[k] * 12, w = weights[k]
      toX = f(toX + f(dot(m, x, y, z) * w))
      toY = f(toY + f(dot(m + 4, x, y, z) * w))
      toZ = f(toZ + f(dot(m + 8, x, y, z) * w))
    }
    out[i * 3] = toX
    out[i * 3 + 1] = toY
    out[i * 3 + 2] = toZ
  }
}
for (let i = 0; i < count; i++) {
  for (let k = 0; k < 3; k++) at[i * 3 + k] = draw() / 16
  for (let k = 0; k < 4; k++) of[i * 4 + k] = draw()
  weights.set([0.5, 0.25, 0.125, 0.125], i * 4)
}
let sum = 0
for (let frame = 0; frame < 1600; frame++) {
  pose(frame)
  skin()
  for (let i = 0; i < count * 3; i += 3) sum += out[i] + out[i + 1] + out[i + 2]
}
console.log(Math.trunc(sum))
