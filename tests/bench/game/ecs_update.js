// 100 000 entities as a structure of arrays, four systems, 300 frames.
const count = 100000
const x = new Float64Array(count), y = new Float64Array(count), vx = new Float64Array(count), vy = new Float64Array(count)
const health = new Int32Array(count), timer = new Int32Array(count)
let seed = 42
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return Math.floor(seed / 65536)
}
function moveAll() {
  for (let i = 0; i < count; i++)
    if (health[i] > 0) {
      x[i] += vx[i] * 0.0625
      y[i] += vy[i] * 0.0625
    }
}
function bounce() {
  for (let i = 0; i < count; i++) {
    if (x[i] < 0 || x[i] > 1000) vx[i] = -vx[i]
    if (y[i] < 0 || y[i] > 1000) vy[i] = -vy[i]
  }
}
function burn() {
  for (let i = 0; i < count; i++) if (health[i] > 0 && x[i] > 400 && x[i] < 600) health[i]--
}
function tick() {
  for (let i = 0; i < count; i++)
    if (--timer[i] === 0) {
      timer[i] = 60
      if (health[i] <= 0) health[i] = 50
      else health[i] += 3
    }
}
for (let i = 0; i < count; i++) {
  x[i] = draw() % 1000
  y[i] = draw() % 1000
  vx[i] = (draw() % 200 - 100) / 16
  vy[i] = (draw() % 200 - 100) / 16
  health[i] = draw() % 100 + 1
  timer[i] = draw() % 60 + 1
}
for (let frame = 0; frame < 300; frame++) {
  moveAll()
  bounce()
  burn()
  tick()
}
const sum = (xs) => xs.reduce((a, b) => a + b, 0)
console.log(`${Math.trunc(sum(x))} ${Math.trunc(sum(y))} ${sum(health)}`)
