using System;
using System.Collections.Generic;
using System.Diagnostics;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;

// Microseconds of every operation on this machine, one provider beside the other: the best of several rounds.
CryptoProvider managed = new ManagedCrypto(), desktop = DesktopCrypto.Choose();
Console.WriteLine($"{"microseconds",-32}{managed.Name,12}{desktop.Name,32}{"ratio",8}");
Dictionary<string, Action> left = Operations(managed), right = Operations(desktop);
foreach ((string name, Action operation) in left)
{
    double a = Measure(operation), b = Measure(right[name]);
    Console.WriteLine($"{name,-32}{a,12:0.00}{b,32:0.00}{a / b,8:0.0}");
}

static Dictionary<string, Action> Operations(CryptoProvider crypto)
{
    byte[] key = new byte[32], point = new byte[32], shared = new byte[32], publicKey = new byte[32], signature = new byte[64],
        hash = new byte[64];
    byte[] message = new byte[32];
    point[0] = 9;
    crypto.Ed25519PublicKey(key, 0, publicKey, 0);
    crypto.Ed25519Sign(key, 0, publicKey, 0, message, 0, 32, signature, 0);
    Dictionary<string, Action> all = new()
    {
        ["X25519, any point"] = () => crypto.X25519(key, 0, point, 0, shared, 0),
        ["X25519, base point"] = () => crypto.X25519Base(key, 0, shared, 0),
        ["Ed25519 sign, 32 bytes"] = () => crypto.Ed25519Sign(key, 0, publicKey, 0, message, 0, 32, signature, 0),
        ["Ed25519 verify"] = () => crypto.Ed25519Verify(publicKey, 0, message, 0, 32, signature, 0),
        ["HKDF-SHA-256, 64 bytes"] = () => crypto.HkdfSha256(key, 0, 32, shared, 0, 32, key, 0, 0, hash, 0, 64),
    };
    foreach (int count in new[] { 64, 1024, 16384 })
    {
        byte[] data = new byte[count + 16], box = new byte[count + 16];
        crypto.Seal(key, 0, 0, 1, key, 0, 0, box, 0, count);
        all[$"SHA-256, {count} bytes"] = () =>
        {
            crypto.Sha256Start();
            crypto.Sha256Update(data, 0, count);
            crypto.Sha256Finish(hash, 0);
        };
        all[$"SHA-512, {count} bytes"] = () =>
        {
            crypto.Sha512Start();
            crypto.Sha512Update(data, 0, count);
            crypto.Sha512Finish(hash, 0);
        };
        all[$"Seal, {count} bytes"] = () => crypto.Seal(key, 0, 0, 1, key, 0, 0, data, 0, count);
        all[$"Open, {count} bytes"] = () =>
        {
            // opened, it is plaintext: it is put back by the copy, which costs little beside opening
            box.CopyTo(data, 0);
            crypto.Open(key, 0, 0, 1, key, 0, 0, data, 0, count + 16);
        };
    }

    return all;
}

static double Measure(Action operation)
{
    for (int i = 0; i < 200; i++)
    {
        operation();
    }

    double best = double.MaxValue;
    for (int round = 0; round < 15; round++)
    {
        int repeats = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 20)
        {
            for (int i = 0; i < 16; i++)
            {
                operation();
            }

            repeats += 16;
        }

        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / repeats);
    }

    return best;
}
