// Full binary trees up to depth 16, built, counted and dropped, as in the Computer Language Benchmarks Game.
class Node {
  constructor(left, right) {
    this.left = left
    this.right = right
  }
}
function tree(depth) { return depth === 0 ? new Node(null, null) : new Node(tree(depth - 1), tree(depth - 1)) }
function check(t) { return t === null ? 0 : 1 + check(t.left) + check(t.right) }
const minDepth = 4, maxDepth = 16
console.log(`stretch tree of depth ${maxDepth + 1}\t check: ${check(tree(maxDepth + 1))}`)
const longLived = tree(maxDepth)
for (let depth = minDepth; depth <= maxDepth; depth += 2) {
  const count = 1 << (maxDepth - depth + minDepth)
  let sum = 0
  for (let i = 0; i < count; i++) sum += check(tree(depth))
  console.log(`${count}\t trees of depth ${depth}\t check: ${sum}`)
}
console.log(`long lived tree of depth ${maxDepth}\t check: ${check(longLived)}`)
