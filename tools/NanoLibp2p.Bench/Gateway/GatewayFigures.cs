using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>What was measured of one kind of peers: samples of each figure, and the processor time that its gateway took.</summary>
internal sealed class GatewayFigures(string name)
{
    private readonly Samples _samples = new();
    private readonly Dictionary<string, double> _cpuSeconds = [];

    /// <summary>Whose they are.</summary>
    public string Name { get; } = name;

    /// <summary>While it is true nothing is kept.</summary>
    public bool IsWarmUp { get; set; }

    /// <summary>The figures' names, in the order in which they first came.</summary>
    public IEnumerable<string> Figures => _samples.Figures;

    /// <summary>Adds a round of a figure.</summary>
    public void Add(string figure, IReadOnlyList<double> values, double cpuSeconds)
    {
        if (!IsWarmUp)
        {
            _samples.Add(figure, values);
            _cpuSeconds[figure] = _cpuSeconds.GetValueOrDefault(figure) + cpuSeconds;
        }
    }

    /// <summary>The middle of a figure's samples.</summary>
    public double Median(string figure) => _samples.Median(figure);

    /// <summary>Seconds of processor time that the gateway took for a figure, in all rounds.</summary>
    public double CpuSeconds(string figure) => _cpuSeconds[figure];

    /// <summary>How many samples a figure has.</summary>
    public int Count(string figure) => _samples.Count(figure);
}
