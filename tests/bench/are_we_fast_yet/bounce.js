// 100 balls in a box for 50 steps, 1500 times 10, as in Are We Fast Yet.
const limit = 500
class Random {
  constructor() {
    this.seed = 74755
  }
  next() {
    this.seed = (this.seed * 1309 + 13849) & 65535
    return this.seed
  }
}
class Ball {
  constructor(random) {
    this.x = random.next() % limit
    this.y = random.next() % limit
    this.dx = (random.next() % 300) - 150
    this.dy = (random.next() % 300) - 150
  }
  step() {
    let hit = false
    this.x += this.dx
    this.y += this.dy
    if (this.x > limit) {
      this.x = limit
      this.dx = -Math.abs(this.dx)
      hit = true
    }
    if (this.x < 0) {
      this.x = 0
      this.dx = Math.abs(this.dx)
      hit = true
    }
    if (this.y > limit) {
      this.y = limit
      this.dy = -Math.abs(this.dy)
      hit = true
    }
    if (this.y < 0) {
      this.y = 0
      this.dy = Math.abs(this.dy)
      hit = true
    }
    return hit
  }
}
function bounces() {
  const random = new Random()
  const balls = []
  for (let i = 0; i < 100; i++) balls.push(new Ball(random))
  let count = 0
  for (let i = 0; i < 50; i++) for (const ball of balls) if (ball.step()) count++
  return count
}
let sum = 0
for (let i = 0; i < 15000; i++) {
  const count = bounces()
  if (count !== 1331) throw new Error(`wrong result: ${count}`)
  sum += count
}
console.log(sum)
