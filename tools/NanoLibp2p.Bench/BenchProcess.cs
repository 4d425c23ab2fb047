using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench;

/// <summary>This program again, with a hidden command of its own, or another, that answers lines with lines.</summary>
internal sealed class BenchProcess : IDisposable
{
    private readonly Process _process;

    private BenchProcess(Process process) => _process = process;

    /// <summary>Seconds of processor time that it has taken.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts another program.</summary>
    /// <exception cref="InvalidOperationException">It can't be started.</exception>
    public static BenchProcess StartOther(string program)
    {
        try
        {
            ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardInput = true };
            return new BenchProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{program}' can't be started: {e.Message}. Give --beside the path of a program.", e);
        }
    }

    /// <summary>Starts it.</summary>
    public static BenchProcess Start(params string[] arguments) => StartProgram([.. Self(), .. arguments]);

    /// <summary>Whether <see cref="StartAhead"/> has it run before what else has its core: that takes Linux, chrt and root.</summary>
    public static bool MayGoAhead { get; } = OperatingSystem.IsLinux() && CanGoAhead();

    /// <summary>Starts it on a core, where the system has taskset (Linux) and that core, ahead of what else runs there (SCHED_FIFO) where
    /// <see cref="MayGoAhead"/>.</summary>
    /// <param name="core">The number of the core.</param>
    /// <param name="spins">Whether threads of its pool spin while they wait for work, which is .NET's default: false leaves the core to
    /// others meanwhile.</param>
    /// <param name="arguments">Its command.</param>
    public static BenchProcess StartAhead(int core, bool spins, params string[] arguments)
    {
        string[] ahead = MayGoAhead ? ["chrt", "--fifo", "1"] : [];
        BenchProcess started = Prepare([.. On(core), .. ahead, .. Self(), .. arguments]);
        if (!spins)
        {
            started._process.StartInfo.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        }

        started._process.Start();
        return started;
    }

    /// <summary>Starts it on a core, behind whoever is ahead there.</summary>
    /// <param name="core">The number of the core.</param>
    /// <param name="arguments">Its command.</param>
    public static BenchProcess StartBehind(int core, params string[] arguments) => StartProgram([.. On(core), .. Self(), .. arguments]);

    /// <summary>Starts any program that talks in lines.</summary>
    /// <param name="command">The program, and its arguments.</param>
    public static BenchProcess StartProgram(params string[] command)
    {
        BenchProcess started = Prepare(command);
        started._process.Start();
        return started;
    }

    /// <summary>Its next line.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public async Task<string> ReadAsync() => await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException("the other process has ended");

    /// <summary>Reads on, so that it is not held up by what it says, and nobody hears of that.</summary>
    public void IgnoreRest() => _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);

    /// <summary>Asks it something.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    /// <summary>Bytes of physical memory that it has.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Bytes of them that are no file's (Linux).</summary>
    public long OwnBytes => OperatingSystem.IsLinux()
        ? File.ReadLines($"/proc/{_process.Id}/status").Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            .Single() * 1024
        : 0;

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static BenchProcess Prepare(string[] command) => new(new Process
    {
        StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true },
    });

    private static string[] On(int core)
        => OperatingSystem.IsLinux() && core < Environment.ProcessorCount ? ["taskset", "-c", Text(core)] : [];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool CanGoAhead()
    {
        try
        {
            using Process chrt = Process.Start(new ProcessStartInfo("chrt", ["--fifo", "1", "true"]) { RedirectStandardError = true })!;
            chrt.WaitForExit();
            return chrt.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    // by itself, or dotnet and the assembly
    private static string[] Self()
        => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, typeof(BenchProcess).Assembly.Location] : [Environment.ProcessPath!];
}
