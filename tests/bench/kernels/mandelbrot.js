function escape(cx, cy) {
  let x = 0, y = 0, n = 0
  while (n < 200 && x * x + y * y <= 4) {
    const next = x * x - y * y + cx
    y = 2 * x * y + cy
    x = next
    n++
  }
  return n
}
let sum = 0
const size = 2000
for (let row = 0; row < size; row++)
  for (let column = 0; column < size; column++) sum += escape(column * 3 / size - 2.2, row * 2 / size - 1)
console.log(sum)
