# <imports>

# The number of steps is the book's 20,000 unless the environment says otherwise.
STEPS = int(os.environ.get("PROGRAM_STEPS", "20000"))

# <class>
    # <inputs>
        # <convolutions>
            # <dense>

        # <loss>

        # The text describes this part in words: Adam on an exponentially decaying rate, in a scope of its own.
        with tf.name_scope("optimizer") as scope:
            global_step = tf.Variable(0, trainable=False)
            learning_rate = tf.train.exponential_decay(1e-3, global_step, 1500, 0.96, staircase=True)
            self.__train_step = tf.train.AdamOptimizer(learning_rate).minimize(self.__loss, global_step=global_step)

        # <rate>

        # <merge>

        # <session>

    def train(self, save_dir='./save', batch_size=500):
        # <data>

        # <loop>

        # <checkpoint>
        # <save>


# The book's last lines stand inside the method and call nothing.
if __name__ == '__main__':
    cnn = Train()
    cnn.train()
