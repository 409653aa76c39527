//! Defects of leases.

use std::time::Duration;

use callfold::uuid::Uuid;
use callfold_store::{Lease, Leased, StoreError};

use super::Defect;
use super::store::Defective;

impl Defective {
    pub(super) async fn lease_wrongly(
        &self,
        names: &[String],
        holder: Uuid,
        lasts: Duration,
    ) -> Result<Vec<Lease>, StoreError> {
        let held = self.inner.leases().await?;
        let is_of_another = |leased: &Leased| leased.holder != holder && names.contains(&leased.lease.name);
        match self.defect {
            Defect::LastsNoLonger => {
                let own = held.into_iter().filter(|leased| leased.holder == holder);
                let mut own: Vec<_> = own.map(|own| own.lease).collect();
                own.retain(|own| names.contains(&own.name));
                let is_own = |name: &str| own.iter().any(|own| own.name == name);
                let others: Vec<_> = names.iter().filter(|name| !is_own(name)).cloned().collect();
                own.extend(self.inner.lease(&others, holder, lasts).await?);
                Ok(own)
            }
            Defect::LeasesAllOrNone if held.iter().any(is_of_another) => Ok(Vec::new()),
            Defect::LeasesForever => self.inner.lease(names, holder, Duration::MAX).await,
            Defect::LeasesNotAtomically if !held.iter().any(is_of_another) => {
                tokio::task::yield_now().await;
                let taken = self.inner.leases().await?.into_iter().filter(is_of_another);
                self.inner.release(&taken.map(|leased| leased.lease).collect::<Vec<_>>()).await?;
                self.inner.lease(names, holder, lasts).await
            }
            Defect::KeepsTheTokenOfAnExpiredLease => {
                let mut leases = self.inner.lease(names, holder, lasts).await?;
                let released = self.wrong().released.clone();
                leases
                    .iter_mut()
                    .filter(|lease| !released.contains(&lease.name))
                    .for_each(|one| one.token = 1);
                Ok(leases)
            }
            _ => {
                let leases = self.inner.lease(names, holder, lasts).await?;
                let leased = |lease: &Lease| (lease.name.clone(), Leased { lease: lease.clone(), holder });
                self.wrong().leased.extend(leases.iter().map(leased));
                Ok(leases)
            }
        }
    }

    pub(super) async fn list_wrongly(&self) -> Result<Vec<Leased>, StoreError> {
        let mut listed = self.inner.leases().await?;
        match self.defect {
            Defect::ForgetsLeasesAtARestart if self.is_restarted => listed.clear(),
            Defect::ListsExpiredLeases => {
                let all = self.wrong().leased.clone();
                let is_listed = |name: &str| listed.iter().any(|leased| leased.lease.name == name);
                let expired: Vec<_> = all.into_values().filter(|one| !is_listed(&one.lease.name)).collect();
                listed.extend(expired);
            }
            _ => {}
        }
        Ok(listed)
    }

    pub(super) async fn release_wrongly(&self, leases: &[Lease]) -> Result<(), StoreError> {
        let names: Vec<_> = leases.iter().map(|lease| lease.name.clone()).collect();
        self.wrong().leased.retain(|_, leased| !leases.contains(&leased.lease));
        self.wrong().released.extend(names.iter().cloned());
        match self.defect {
            Defect::ReleasesByName => self.release_by_name(&names).await,
            Defect::ReleasesNothing => Ok(()),
            Defect::ReleaseStopsAtALostLease => {
                let held = self.inner.leases().await?;
                let stands = |lease: &&Lease| held.iter().any(|leased| leased.lease == **lease);
                let first: Vec<_> = leases.iter().take_while(stands).cloned().collect();
                self.inner.release(&first).await
            }
            _ => self.inner.release(leases).await,
        }
    }

    /// Gives the leases with these names back, whoever has them.
    async fn release_by_name(&self, names: &[String]) -> Result<(), StoreError> {
        let held = self.inner.leases().await?.into_iter().map(|leased| leased.lease);
        let held: Vec<_> = held.filter(|lease| names.contains(&lease.name)).collect();
        self.inner.release(&held).await
    }
}
