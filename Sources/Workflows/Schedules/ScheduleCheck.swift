/// What can be wrong with a schedule that a file suggests.
enum ScheduleCheck {
    /// Problems of its cron line, its time zone, and its first and last time.
    static func problems(of schedule: WorkflowSchedule) -> [String] {
        var problems: [String] = []
        do throws(WorkflowError) {
            _ = try CronExpression(schedule.cron)
        } catch { problems.append(error.message) }
        do throws(WorkflowError) {
            let zone = try TimeZoneFolder().rules(named: schedule.timezone)
            _ = try ScheduleBounds(start: schedule.start, end: schedule.end, in: zone)
        } catch { problems.append(error.message) }
        return problems
    }
}
