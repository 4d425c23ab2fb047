using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Bench;

/// <summary>What was measured between one pair: every sample of every figure, in the order of the table's columns.</summary>
internal sealed class Samples
{
    private readonly Dictionary<string, List<double>> _figures = [];

    /// <summary>Adds samples of a figure.</summary>
    public void Add(string figure, IEnumerable<double> values)
    {
        if (!_figures.TryGetValue(figure, out List<double>? all))
        {
            _figures[figure] = all = [];
        }

        all.AddRange(values);
    }

    /// <summary>The figures' names in the order in which they first came.</summary>
    public IEnumerable<string> Figures => _figures.Keys;

    /// <summary>The middle of a figure's samples.</summary>
    public double Median(string figure)
    {
        double[] sorted = [.. _figures[figure].Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>How many samples a figure has.</summary>
    public int Count(string figure) => _figures[figure].Count;
}
