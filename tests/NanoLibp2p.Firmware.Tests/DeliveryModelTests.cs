using System.Linq;

namespace NanoLibp2p.Firmware.Tests;

public class DeliveryModelTests
{
    private const uint Worlds = 1000;
    private const int SchedulesPerWorld = 100;

    [Fact]
    public void In_a_hundred_thousand_schedules_of_faults_no_reading_is_counted_that_was_not_heard_and_none_disappears()
    {
        for (uint seed = 1; seed <= Worlds; seed++)
        {
            DeliveryModel model = new(seed);
            for (int schedule = 0; schedule < SchedulesPerWorld; schedule++)
            {
                string? broken = model.Run();
                Assert.True(broken == null, $"world {seed}, schedule {schedule}: {broken}; faults: {string.Join(", ", model.Faults)}");
            }
        }
    }
}
