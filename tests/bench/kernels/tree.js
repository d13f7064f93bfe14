class Node {
  constructor(key) {
    this.left = null
    this.key = key
    this.right = null
  }
}
function insert(tree, key) {
  if (tree === null) return new Node(key)
  if (key < tree.key) tree.left = insert(tree.left, key)
  else if (key > tree.key) tree.right = insert(tree.right, key)
  return tree
}
function has(tree, key) {
  if (tree === null) return false
  return key < tree.key ? has(tree.left, key) : key > tree.key ? has(tree.right, key) : true
}
function found(n) {
  let tree = null
  for (let i = 0; i < 100000; i++) {
    n = (n * 1664525 + 1013904223) % 4294967296
    tree = insert(tree, Math.floor(n / 1024) % 250000)
  }
  let found = 0
  for (let i = 0; i < 100000; i++) {
    n = (n * 1664525 + 1013904223) % 4294967296
    if (has(tree, Math.floor(n / 1024) % 250000)) found++
  }
  return found
}
let sum = 0
for (let i = 0; i < 6; i++) sum += found(i)
console.log(sum)
