startTheme();
startFilters();
startTables();
startPaper();
startJobs();
startPlan();
drawAll();
