using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Bench.Soak;

/// <summary>
/// The process of the devices, which one thread runs. It answers <c>count</c> with a <see cref="SoakCount"/>, and <c>pick</c> with the
/// address of a device that has a reservation, or an empty line.
/// </summary>
internal sealed class SoakDevices
{
    /// <summary>What readings are published to.</summary>
    public const string Topic = "greenhouse/climate";

    private const int PollMs = 20;
    private const int Picks = 16;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly SoakSizes _sizes;
    private readonly SoakDevice[] _devices;
    private readonly ConcurrentQueue<Action> _questions = new();
    private readonly int[] _endings = new int[Enum.GetValues<SoakDevice.Ending>().Length];
    private int _lives;
    private long _published;

    private SoakDevices(Multiaddr gateway, SoakSizes sizes)
    {
        _sizes = sizes;
        CryptoProvider crypto = DesktopCrypto.Choose();
        SystemRandom random = new();
        _devices = new SoakDevice[sizes.Devices];
        for (int i = 0; i < _devices.Length; i++)
        {
            // at first they come one after the other, as long as one sleeps
            _devices[i] = new SoakDevice(Identity.Create(crypto, random), crypto, random, gateway)
            {
                ChangeMs = (long)(sizes.Sleep.TotalMilliseconds * i / _devices.Length),
            };
        }
    }

    /// <summary>What the process does, until its stdin ends.</summary>
    public static async Task<int> RunAsync(Multiaddr gateway, SoakSizes sizes)
    {
        SoakDevices devices = new(gateway, sizes);
        Thread thread = new(devices.Run) { IsBackground = true, Name = "devices" };
        thread.Start();
        Console.WriteLine("started");
        while (await Console.In.ReadLineAsync() is { } question)
        {
            TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            devices._questions.Enqueue(() => answer.SetResult(devices.Answer(question)));
            Console.WriteLine(await answer.Task);
        }

        return 0;
    }

    private void Run()
    {
        while (true)
        {
            foreach (SoakDevice device in _devices)
            {
                long now = _clock.ElapsedMilliseconds;
                if (now >= device.ChangeMs)
                {
                    Change(device, now);
                }

                device.Poll(now);
                if (device.IsAlive && now >= device.ReadingMs)
                {
                    _published += device.Publish() ? 1 : 0;
                    device.ReadingMs = now + (long)_sizes.ReadingEvery.TotalMilliseconds;
                }
            }

            while (_questions.TryDequeue(out Action? question))
            {
                question();
            }

            Thread.Sleep(PollMs);
        }
    }

    private void Change(SoakDevice device, long now)
    {
        if (device.IsAlive)
        {
            SoakDevice.Ending ending = (SoakDevice.Ending)Random.Shared.Next(_endings.Length);
            _endings[(int)ending]++;
            device.End(ending);
            device.ChangeMs = now + HalfOrMore(_sizes.Sleep);
        }
        else
        {
            _lives++;
            device.Start();
            device.ChangeMs = now + HalfOrMore(_sizes.Life);
            device.ReadingMs = now + Random.Shared.NextInt64((long)_sizes.ReadingEvery.TotalMilliseconds);
        }
    }

    private static long HalfOrMore(TimeSpan time)
        => (long)(time.TotalMilliseconds * (1 + Random.Shared.NextDouble()) / 2);

    private string Answer(string question)
    {
        if (question == "count")
        {
            return JsonSerializer.Serialize(new SoakCount(_devices.Count(one => one.IsAlive), _lives, _published,
                _endings[(int)SoakDevice.Ending.Closes], _endings[(int)SoakDevice.Ending.Breaks],
                _endings[(int)SoakDevice.Ending.FallsSilent]));
        }

        for (int i = 0; i < Picks; i++)
        {
            if (Random.Shared.GetItems(_devices, 1)[0].Address is { } address)
            {
                return address;
            }
        }

        return "";
    }
}
