// Shortest ways between 80 pairs of places on a grid of 512 * 512 with obstacles, by A*.
const side = 512, far = 1000000000
const wall = new Uint8Array(side * side).fill(1), cost = new Int32Array(side * side)
const heap = [], steps = [-side, -1, 1, side]
let seed = 42
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return Math.floor(seed / 65536)
}
function distance(a, b) {
  return Math.abs((a >> 9) - (b >> 9)) + Math.abs((a & 511) - (b & 511))
}
function push(key) {
  let i = heap.length
  heap.push(key)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (key >= heap[parent]) break
    heap[i] = heap[parent]
    i = parent
  }
  heap[i] = key
}
function pop() {
  const top = heap[0], key = heap.pop(), count = heap.length
  if (count === 0) return top
  let i = 0
  for (let child; (child = 2 * i + 1) < count; i = child) {
    if (child + 1 < count && heap[child + 1] < heap[child]) child++
    if (key <= heap[child]) break
    heap[i] = heap[child]
  }
  heap[i] = key
  return top
}
function search(start, goal) {
  cost.fill(far)
  cost[start] = 0
  heap.length = 0
  push(distance(start, goal) * side * side + start)
  while (heap.length > 0) {
    const best = pop(), at = best % (side * side), soFar = cost[at]
    if (at === goal) return soFar
    if (Math.floor(best / (side * side)) > soFar + distance(at, goal)) continue
    for (let i = 0; i < 4; i++) {
      const next = at + steps[i]
      if (!wall[next] && soFar + 1 < cost[next]) {
        cost[next] = soFar + 1
        push((soFar + 1 + distance(next, goal)) * side * side + next)
      }
    }
  }
  return -1
}
function place() {
  const x = draw() % (side - 2) + 1
  const y = draw() % (side - 2) + 1
  return y * side + x
}
for (let y = 1; y < side - 1; y++) for (let x = 1; x < side - 1; x++) wall[y * side + x] = draw() % 10 < 3 ? 1 : 0
let sum = 0
for (let query = 0; query < 80; query++) {
  const start = place()
  sum += search(start, place())
}
console.log(sum)
