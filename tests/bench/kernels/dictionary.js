function texts(count) {
  const texts = []
  let n = 42
  for (let i = 0; i < count; i++) {
    n = (n * 1664525 + 1013904223) % 4294967296
    texts.push("word" + Math.floor(n / 256) % 100000)
  }
  return texts
}
function count(texts) {
  const counts = new Map()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  let most = 0
  for (const n of counts.values()) most = Math.max(most, n)
  return [counts.size, most]
}
const all = texts(500000)
let different = 0, most = 0
for (let round = 0; round < 10; round++) {
  const [d, m] = count(all)
  different += d
  most += m
}
console.log(different + " " + most)
