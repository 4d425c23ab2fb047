using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli;

/// <summary>
/// Tells of callers that did not get in. There may be any number of them: the first is told at once, and those of the minute after it
/// together, with their reasons and how often.
/// </summary>
/// <param name="delay">Waits for a time, such as <see cref="NodeRunner.DelayAsync"/>.</param>
/// <param name="output">Where it is told.</param>
internal sealed class DoorLog(Func<TimeSpan, Task> delay, Output output)
{
    // reasons are few, but some have a figure in them
    private const int MaxReasons = 8;

    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, int> _counts = [];
    private bool _isPausing;

    /// <summary>A caller did not get in.</summary>
    /// <param name="json">For programs: the event, with its reason in <c>text</c>.</param>
    /// <param name="markup">For people.</param>
    internal void Tell(JsonObject json, FormattableString markup)
    {
        if (!_isPausing)
        {
            _isPausing = true;
            output.Tell(json, markup);
            _ = TellLaterAsync();
            return;
        }
        string reason = json["text"]!.GetValue<string>();
        if (_counts.Count >= MaxReasons && !_counts.ContainsKey(reason))
        {
            reason = "other reasons";
        }
        _counts[reason] = _counts.GetValueOrDefault(reason) + 1;
    }

    private async Task TellLaterAsync()
    {
        await delay(_pause);
        while (_counts.Count > 0)
        {
            int callers = _counts.Values.Sum();
            string reasons = string.Join("; ", _counts.OrderByDescending(one => one.Value)
                .Select(one => one.Value.ToString(CultureInfo.InvariantCulture) + " x " + one.Key));
            _counts.Clear();
            JsonObject json = Output.Event("failed");
            json["count"] = callers;
            json["text"] = reasons;
            output.Tell(json, $"[red]![/] {callers} more callers did not get in within a minute: {reasons}");
            await delay(_pause);
        }
        _isPausing = false;
    }
}
