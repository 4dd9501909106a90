startTheme();
startFilters();
startTables();
startPaper();
drawAll();
