// Spectral norm of an infinite matrix by its first 3000 × 3000 elements, as in the Computer Language Benchmarks Game.
function element(i, j) { return 1 / ((i + j) * (i + j + 1) / 2 + i + 1) }
function times(v, out, n) {
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += element(i, j) * v[j]
    out[i] = sum
  }
}
function transposed_times(v, out, n) {
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += element(j, i) * v[j]
    out[i] = sum
  }
}
function norm(n) {
  const u = new Float64Array(n).fill(1), v = new Float64Array(n), between = new Float64Array(n)
  for (let round = 0; round < 10; round++) {
    times(u, between, n)
    transposed_times(between, v, n)
    times(v, between, n)
    transposed_times(between, u, n)
  }
  let uv = 0, vv = 0
  for (let i = 0; i < n; i++) {
    uv += u[i] * v[i]
    vv += v[i] * v[i]
  }
  return Math.sqrt(uv / vv)
}
console.log(norm(3000).toFixed(9))
