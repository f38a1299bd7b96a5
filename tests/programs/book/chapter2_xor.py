# <program>

# The book shows the curve of the loss: its end, and the four answers.
print("Final loss:", sess.run(cost, feed_dict={x_: XOR_X, y_: XOR_Y}))
print("Answers:", sess.run(H_OUT, feed_dict={x_: XOR_X}).round().ravel().tolist())
writer.close()
