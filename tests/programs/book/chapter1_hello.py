# <session>
