// ToolRouter
