// 4000 boids, their neighbours found by a grid of cells, 240 steps.
const cells = 32, count = 4000
const first = new Int32Array(cells * cells + 1), next = new Int32Array(cells * cells + 1)
const order = new Int32Array(count)
let seed = 42
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return Math.floor(seed / 65536)
}
function cell(v) {
  return Math.min(Math.max(Math.trunc(v), 0), cells - 1)
}
function sortIntoCells(boids) {
  first.fill(0)
  for (const b of boids) first[cell(b.y) * cells + cell(b.x) + 1]++
  for (let i = 0; i < cells * cells; i++) first[i + 1] += first[i]
  next.set(first)
  boids.forEach((b, i) => { order[next[cell(b.y) * cells + cell(b.x)]++] = i })
}
function steer(boids, b) {
  let x = 0, y = 0, vx = 0, vy = 0, awayX = 0, awayY = 0, near = 0
  const left = Math.max(cell(b.x) - 1, 0), right = Math.min(cell(b.x) + 2, cells)
  const bottom = Math.min(cell(b.y) + 2, cells)
  for (let row = Math.max(cell(b.y) - 1, 0); row < bottom; row++) {
    const to = first[row * cells + right]
    for (let k = first[row * cells + left]; k < to; k++) {
      const o = boids[order[k]]
      const dx = o.x - b.x, dy = o.y - b.y, d = dx * dx + dy * dy
      if (d < 1) {
        x += o.x
        y += o.y
        vx += o.vx
        vy += o.vy
        near += 1
        if (d < 0.0625) {
          awayX -= dx
          awayY -= dy
        }
      }
    }
  }
  let nextVx = b.vx + ((x / near - b.x) * 0.01 + (vx / near - b.vx) * 0.1 + awayX * 0.05)
  let nextVy = b.vy + ((y / near - b.y) * 0.01 + (vy / near - b.vy) * 0.1 + awayY * 0.05)
  if (b.x < 1) nextVx += 0.01
  if (b.x > 31) nextVx -= 0.01
  if (b.y < 1) nextVy += 0.01
  if (b.y > 31) nextVy -= 0.01
  const speed = Math.sqrt(nextVx * nextVx + nextVy * nextVy)
  if (speed > 0.125) {
    nextVx *= 0.125 / speed
    nextVy *= 0.125 / speed
  }
  return { x: b.x + nextVx, y: b.y + nextVy, vx: nextVx, vy: nextVy }
}
let boids = []
for (let i = 0; i < count; i++) {
  const x = draw() / 2048, y = draw() / 2048
  boids.push({ x, y, vx: draw() / 524288, vy: draw() / 524288 })
}
for (let step = 0; step < 240; step++) {
  sortIntoCells(boids)
  boids = boids.map((b) => steer(boids, b))
}
let x = 0, y = 0
for (const b of boids) {
  x += b.x
  y += b.y
}
console.log(Math.trunc(x * 1000), Math.trunc(y * 1000))
