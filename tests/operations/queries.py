"""The questions and orders themselves, as Dagster's GraphQL schema wants them."""

SCHEDULES = """
query Schedules($repository: RepositorySelector!) {
  schedulesOrError(repositorySelector: $repository) {
    ... on Schedules {
      results { name scheduleState { status ticks { status runIds skipReason error { message } } } }
    }
    ... on PythonError { message }
  }
}
"""
SENSORS = """
query Sensors($repository: RepositorySelector!) {
  sensorsOrError(repositorySelector: $repository) { ... on Sensors { results { name sensorState { status } } } }
}
"""
START_SCHEDULE = """
mutation Start($selector: ScheduleSelector!) {
  startSchedule(scheduleSelector: $selector) { __typename ... on PythonError { message } }
}
"""
START_SENSOR = """
mutation Start($selector: SensorSelector!) {
  startSensor(sensorSelector: $selector) { __typename ... on PythonError { message } }
}
"""
RUNS = """
query Runs($filter: RunsFilter) {
  runsOrError(filter: $filter, limit: 50) {
    ... on Runs { results { runId status jobName rootRunId parentRunId tags { key value } stats {
      ... on RunStatsSnapshot { stepsSucceeded stepsFailed materializations } } } }
    ... on PythonError { message }
  }
}
"""
ASSETS = """
query Assets {
  assetNodes {
    assetKey { path } description groupName kinds isMaterializable
    owners { ... on TeamAssetOwner { team } ... on UserAssetOwner { email } }
    freshnessStatusInfo { freshnessStatus }
    partitionStats { numMaterialized numPartitions }
    assetMaterializations(limit: 1) { runId timestamp metadataEntries { label } }
    assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization { status } } } }
  }
}
"""
EVENTS = """
query Events($run: ID!, $cursor: String) {
  logsForRun(runId: $run, afterCursor: $cursor) {
    ... on EventConnection { cursor hasMore events { __typename ... on MessageEvent { message stepKey } } }
    ... on PythonError { message }
  }
}
"""
LAUNCH = """
mutation Launch($execution: ExecutionParams!) {
  launchRun(executionParams: $execution) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
AGAIN = """
mutation Again($parameters: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $parameters) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
TERMINATE = """
mutation Terminate($run: String!) {
  terminateRun(runId: $run) { __typename ... on PythonError { message } }
}
"""
BACKFILL = """
mutation Backfill($parameters: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $parameters) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}
"""


WORKSPACE = """
query Workspace {
  workspaceOrError {
    ... on Workspace {
      locationEntries {
        loadStatus locationOrLoadError { __typename ... on PythonError { message causes { message } } }
      }
    }
  }
}
"""
