# <gates>

# The classes are given without a use: (x + y) * z and its three derivatives.
add, multiply = AddGate(), MultiplyGate()
x, y, z = 2.0, 3.0, 4.0
out = multiply.forward(add.forward(x, y), z)
d_sum, dz = multiply.backward(1.0)
dx, dy = add.backward(d_sum)
print("out", out, "gradients", dx, dy, dz)
