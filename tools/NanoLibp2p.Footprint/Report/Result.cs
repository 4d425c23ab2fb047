using System;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Footprint.Operations;

namespace NanoLibp2p.Footprint.Report;

/// <summary>An operation, what it cost, and what it may cost. Figures are for one unit.</summary>
public sealed record Result(Operation Operation, Measurement Measurement)
{
    /// <summary>Its budget, or null.</summary>
    public Budget? Budget => Budgets.Of(Operation.Name);

    /// <summary>IL instructions for one unit, rounded up.</summary>
    public long Instructions => PerUnit(Measurement.Instructions);

    /// <summary>Weighted cost for one unit, rounded up.</summary>
    public long Weighted => PerUnit(Measurement.Weighted);

    /// <summary>Whether it costs more than it may.</summary>
    public bool IsOver => Budget != null && Instructions > Budget.Limit;

    /// <summary>Runs the operation under the meter.</summary>
    public static Result Of(Operation operation)
    {
        Action run = operation.Prepare();
        return new Result(operation, SharedAssemblies.Meter.Measure(run));
    }

    private long PerUnit(long count) => (count + Operation.Units - 1) / Operation.Units;
}
