// JSONata
