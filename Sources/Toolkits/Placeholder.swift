// Toolkits
