startTheme();
startFilters();
startTables();
startPaper();
startJobs();
drawAll();
