const all = []
let n = 42
for (let i = 0; i < 300000; i++) {
  n = (n * 1664525 + 1013904223) % 4294967296
  all.push("word" + n)
}
for (let round = 0; round < 2; round++) {
  const sorted = [...all].sort()
  console.log(`${sorted[0]} ${sorted[sorted.length / 2]} ${sorted[sorted.length - 1]}`)
}
