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
/// <param name="delay">Waits for a time, such as Task.Delay.</param>
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
    /// <param name="callers">How many there were, if this stands for several.</param>
    internal void Tell(JsonObject json, FormattableString markup, int callers = 1)
    {
        lock (_counts)
        {
            if (_isPausing)
            {
                Count(json["text"]!.GetValue<string>(), callers);
                return;
            }
            _isPausing = true;
        }
        output.Tell(json, markup);
        _ = TellLaterAsync();
    }

    private void Count(string reason, int callers)
    {
        if (_counts.Count >= MaxReasons && !_counts.ContainsKey(reason))
        {
            reason = "other reasons";
        }
        _counts[reason] = _counts.GetValueOrDefault(reason) + callers;
    }

    private async Task TellLaterAsync()
    {
        await delay(_pause);
        while (TakeCounts() is { } counts)
        {
            int callers = counts.Values.Sum();
            string reasons = string.Join("; ", counts.OrderByDescending(one => one.Value)
                .Select(one => one.Value.ToString(CultureInfo.InvariantCulture) + " x " + one.Key));
            JsonObject json = Output.Event("failed");
            json["count"] = callers;
            json["text"] = reasons;
            output.Tell(json, $"[red]![/] {callers} more callers did not get in within a minute: {reasons}");
            await delay(_pause);
        }
    }

    // null when there was nobody: the next one is told at once
    private Dictionary<string, int>? TakeCounts()
    {
        lock (_counts)
        {
            if (_counts.Count == 0)
            {
                _isPausing = false;
                return null;
            }
            Dictionary<string, int> taken = new(_counts);
            _counts.Clear();
            return taken;
        }
    }
}
