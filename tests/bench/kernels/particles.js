function step(particles) {
  for (const { position, velocity } of particles) {
    position.x += velocity.x
    position.y += velocity.y
    position.z += velocity.z
  }
}
const particles = []
for (let i = 0; i < 50000; i++) particles.push({ position: { x: i, y: i + 1, z: i + 2 }, velocity: { x: 1, y: 2, z: 3 } })
for (let n = 0; n < 3000; n++) step(particles)
let x = 0, y = 0, z = 0
for (const p of particles) {
  x += p.position.x
  y += p.position.y
  z += p.position.z
}
console.log(`${x.toFixed(1)} ${y.toFixed(1)} ${z.toFixed(1)}`)
