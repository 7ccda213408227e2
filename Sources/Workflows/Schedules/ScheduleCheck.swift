/// What can be wrong with a schedule that a file suggests.
enum ScheduleCheck {
    /// Problems of its cron line and its time zone.
    static func problems(of schedule: WorkflowSchedule) -> [String] {
        var problems: [String] = []
        do throws(WorkflowError) {
            _ = try CronExpression(schedule.cron)
        } catch { problems.append(error.message) }
        do throws(WorkflowError) {
            _ = try TimeZoneFolder().rules(named: schedule.timezone)
        } catch { problems.append(error.message) }
        return problems
    }
}
