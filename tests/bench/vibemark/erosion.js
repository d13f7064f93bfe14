// A height map of 256 * 256, by six octaves of noise, under 200 000 drops of rain and 20 rounds of slides.
const side = 256
const heights = new Float64Array(side * side)
let seed = 987654
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return seed / 4294967296
}
function corner(x, y) {
  const n = (x * 7919 + y * 104729) % 65521
  return (n * n % 65521) / 65521
}
const smooth = (t) => t * t * (3 - 2 * t)
function noise(x, y) {
  const column = Math.floor(x), row = Math.floor(y), u = smooth(x - column), v = smooth(y - row)
  const above = corner(column, row) * (1 - u) + corner(column + 1, row) * u
  const below = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u
  return above * (1 - v) + below * v
}
function land() {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let height = 0, scale = 4 / side, weight = 0.5
      for (let i = 0; i < 6; i++) {
        height += weight * noise(x * scale, y * scale)
        scale *= 2
        weight *= 0.5
      }
      heights[y * side + x] = height
    }
  }
}
function rain() {
  let x = draw() * (side - 2), y = draw() * (side - 2), dx = 0, dy = 0, speed = 1, water = 1, soil = 0
  for (let step = 0; step < 30; step++) {
    const column = Math.floor(x), row = Math.floor(y), u = x - column, v = y - row, at = row * side + column
    const a = heights[at], b = heights[at + 1], c = heights[at + side], d = heights[at + side + 1]
    const height = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v
    dx = dx * 0.05 - ((b - a) * (1 - v) + (d - c) * v) * 0.95
    dy = dy * 0.05 - ((c - a) * (1 - u) + (d - b) * u) * 0.95
    const length = Math.sqrt(dx * dx + dy * dy)
    if (length < 1e-12) return
    dx /= length
    dy /= length
    x += dx
    y += dy
    if (x < 0 || y < 0 || x >= side - 1 || y >= side - 1) return
    const i = Math.floor(x), j = Math.floor(y), s = x - i, t = y - j, to = j * side + i
    const next = (heights[to] * (1 - s) + heights[to + 1] * s) * (1 - t) + (heights[to + side] * (1 - s) + heights[to + side + 1] * s) * t
    const change = next - height, room = Math.max(-change, 0.01) * speed * water * 4
    let left
    if (change > 0) left = Math.min(change, soil)
    else if (soil > room) left = (soil - room) * 0.3
    else left = -Math.min((room - soil) * 0.3, -change)
    soil -= left
    heights[at] += left * (1 - u) * (1 - v)
    heights[at + 1] += left * u * (1 - v)
    heights[at + side] += left * (1 - u) * v
    heights[at + side + 1] += left * u * v
    speed = Math.sqrt(Math.max(speed * speed - change * 4, 0))
    water *= 0.99
  }
}
const steps = [-side, -1, 1, side]
function slide() {
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const at = y * side + x
      let lowest = at
      for (const step of steps) if (heights[at + step] < heights[lowest]) lowest = at + step
      const steep = heights[at] - heights[lowest]
      if (steep > 0.01) {
        heights[at] -= (steep - 0.01) * 0.5
        heights[lowest] += (steep - 0.01) * 0.5
      }
    }
  }
}
land()
for (let i = 0; i < 200000; i++) rain()
for (let i = 0; i < 20; i++) slide()
let low = heights[0], high = heights[0], sum = 0
for (const h of heights) {
  low = Math.min(low, h)
  high = Math.max(high, h)
  sum += h
}
console.log(low.toFixed(9), high.toFixed(9), (sum / (side * side)).toFixed(9))
