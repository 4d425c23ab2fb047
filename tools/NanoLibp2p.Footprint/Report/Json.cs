using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.Footprint.Report;

/// <summary>The report for programs: one object a line, an operation, an assembly or a limit on assemblies each.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Print(TextWriter output, Result result) => Line(output, new
    {
        Operation = result.Operation.Name,
        result.Operation.Units,
        result.Instructions,
        Budget = result.Budget?.Limit,
        Stretch = result.Budget?.Stretch,
        Over = result.IsOver,
        result.Weighted,
        result.Measurement.Calls,
        NativeCalls = result.Measurement.PlatformCalls,
        HeapBytes = result.Measurement.Bytes,
        result.Measurement.Allocations,
        StackFrames = result.Measurement.DeepestFrames,
        StackBytes = result.Measurement.DeepestBytes,
        Seconds = Board.All.ToDictionary(board => board.Name, board => board.Seconds(result.Instructions)),
    });

    public static void Print(TextWriter output, IReadOnlyList<AssemblySize> sizes)
    {
        foreach (AssemblySize size in sizes)
        {
            Line(output, new
            {
                Assembly = size.Name,
                size.IlBytes,
                size.ByteCodeBytes,
                size.FlashBytes,
                MostLocals = size.MostLocals.Count,
                LongestBranch = size.LongestBranch.Bytes,
            });
        }
        foreach (SizeLimit limit in Budgets.Flash)
        {
            Line(output, new
            {
                Assemblies = limit.Name,
                FlashBytes = limit.Bytes(sizes),
                limit.Limit,
                Over = limit.IsOver(sizes),
            });
        }
    }

    private static void Line(TextWriter output, object value) => output.WriteLine(JsonSerializer.Serialize(value, _options));
}
