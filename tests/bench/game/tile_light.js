// Light of 300 wandering lamps, flooded over 512 * 512 tiles with walls, 80 frames.
const side = 512, falloff = 6
const wall = new Uint8Array(side * side).fill(1)
const light = new Int32Array(side * side), queue = new Int32Array(side * side)
const steps = [-side, -1, 1, side]
let seed = 42
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return Math.floor(seed / 65536)
}
function flood(from, level) {
  if (light[from] >= level) return
  light[from] = level
  let head = 0, tail = 0
  queue[tail++] = from
  while (head < tail) {
    const at = queue[head++]
    const next = light[at] - falloff
    if (wall[at] || next <= 0) continue
    for (let i = 0; i < 4; i++) {
      const to = at + steps[i]
      if (light[to] < next) {
        light[to] = next
        queue[tail++] = to
      }
    }
  }
}
for (let y = 1; y < side - 1; y++) for (let x = 1; x < side - 1; x++) wall[y * side + x] = draw() % 4 === 0 ? 1 : 0
let sum = 0
for (let frame = 0; frame < 80; frame++) {
  light.fill(0)
  for (let lamp = 0; lamp < 300; lamp++) {
    const x = draw() % (side - 2) + 1
    const y = draw() % (side - 2) + 1
    flood(y * side + x, 255)
  }
  for (const level of light) sum += level
}
console.log(sum)
