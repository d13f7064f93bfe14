local function step(particles)
  for i = 1, #particles do
    local p, v = particles[i].position, particles[i].velocity
    p.x, p.y, p.z = p.x + v.x, p.y + v.y, p.z + v.z
  end
end
local particles = {}
for i = 0, 50000 - 1 do
  particles[i + 1] = { position = { x = i, y = i + 1, z = i + 2 }, velocity = { x = 1, y = 2, z = 3 } }
end
for _ = 1, 3000 do step(particles) end
local x, y, z = 0, 0, 0
for _, p in ipairs(particles) do x, y, z = x + p.position.x, y + p.position.y, z + p.position.z end
print(string.format("%.1f %.1f %.1f", x, y, z))
