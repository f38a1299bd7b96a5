# <head>

# <tail>
